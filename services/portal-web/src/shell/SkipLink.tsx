/** A link to the content past top bar and menu. It gets the focus first. */

import Link from '@mui/material/Link';
import { useText } from '@/texts/texts';

export function SkipLink() {
  const text = useText();
  return (
    <Link
      href="#content"
      onClick={(event) => {
        event.preventDefault();
        document.getElementById('content')?.focus();
      }}
      sx={{
        position: 'fixed',
        left: 8,
        top: -60,
        zIndex: 2000,
        px: 2,
        py: 1,
        bgcolor: 'background.paper',
        border: 1,
        borderRadius: 2,
        '&:focus': { top: 8 },
      }}
    >
      {text('app.skip')}
    </Link>
  );
}
