/** The views in the menu, under the names of the original website. */

import AuditIcon from '@mui/icons-material/FactCheckOutlined';
import AppointmentsIcon from '@mui/icons-material/EventNoteOutlined';
import ConnectorsIcon from '@mui/icons-material/CableOutlined';
import ErrorsIcon from '@mui/icons-material/ReportProblemOutlined';
import HomeIcon from '@mui/icons-material/HomeOutlined';
import LogsIcon from '@mui/icons-material/NotesOutlined';
import OperationsIcon from '@mui/icons-material/PlaylistPlayOutlined';
import StatusIcon from '@mui/icons-material/MonitorHeartOutlined';
import TransactionsIcon from '@mui/icons-material/SwapHorizOutlined';
import UsersIcon from '@mui/icons-material/GroupOutlined';
import type { SvgIconComponent } from '@mui/icons-material';
import type { Role } from '@/api/types';
import type { TextKey } from '@/texts/texts';

export interface MenuView {
  path: string;
  text: TextKey;
  icon: SvgIconComponent;
  requiredRole?: Role;
}

export const MENU_GROUPS: readonly (readonly [TextKey, readonly MenuView[]])[] = [
  [
    'menu.watch',
    [
      { path: '/', text: 'menu.home', icon: HomeIcon },
      { path: '/appointments', text: 'menu.appointments', icon: AppointmentsIcon },
      { path: '/transactions', text: 'menu.transactions', icon: TransactionsIcon },
      { path: '/errors', text: 'menu.errors', icon: ErrorsIcon },
    ],
  ],
  [
    'menu.run',
    [
      { path: '/operations', text: 'menu.operations', icon: OperationsIcon },
      { path: '/logs', text: 'menu.logs', icon: LogsIcon },
      { path: '/status', text: 'menu.status', icon: StatusIcon },
    ],
  ],
  [
    'menu.setUp',
    [
      { path: '/connectors', text: 'menu.connectors', icon: ConnectorsIcon },
      { path: '/users', text: 'menu.users', icon: UsersIcon, requiredRole: 'admin' },
      { path: '/audit', text: 'menu.audit', icon: AuditIcon, requiredRole: 'admin' },
    ],
  ],
];
