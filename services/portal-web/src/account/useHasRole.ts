/** What the one who is signed in may do; the server asks again at every write. */

import { usePermissions } from 'react-admin';
import type { Role } from '@/api/types';

const ORDER: readonly Role[] = ['viewer', 'operator', 'admin'];

export function useMay(needed: Role): boolean {
  const { permissions } = usePermissions<Role>();
  return permissions !== undefined && ORDER.indexOf(permissions) >= ORDER.indexOf(needed);
}
