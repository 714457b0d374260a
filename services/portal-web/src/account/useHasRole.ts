/** Whether the signed-in user has a role. The server checks the role again at every write. */

import { usePermissions } from 'react-admin';
import type { Role } from '@/api/types';

const ROLES_ASCENDING: readonly Role[] = ['viewer', 'operator', 'admin'];

export function useHasRole(required: Role): boolean {
  const { permissions } = usePermissions<Role>();
  return (
    permissions !== undefined &&
    ROLES_ASCENDING.indexOf(permissions) >= ROLES_ASCENDING.indexOf(required)
  );
}
