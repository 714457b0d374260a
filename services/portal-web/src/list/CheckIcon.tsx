/** The icon of a checkbox. The menu item around it handles the click. */

import Off from '@mui/icons-material/CheckBoxOutlineBlankOutlined';
import On from '@mui/icons-material/CheckBoxOutlined';

export function CheckIcon({ isChecked }: { isChecked: boolean }) {
  return isChecked ? (
    <On fontSize="small" color="primary" sx={{ mr: 1 }} />
  ) : (
    <Off fontSize="small" sx={{ mr: 1, color: 'text.secondary' }} />
  );
}
