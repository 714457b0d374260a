/** An address that leads nowhere. */

import Button from '@mui/material/Button';
import { Link } from 'react-router-dom';
import { Empty } from '@/components/EmptyState';
import { PageHead } from '@/components/PageHeader';
import { useText } from '@/texts/texts';

export function NotFound() {
  const text = useText();
  return (
    <>
      <PageHead title={text('notFound.title')} />
      <Empty title={text('notFound.lead')}>
        <Button component={Link} to="/" variant="outlined">
          {text('error.home')}
        </Button>
      </Empty>
    </>
  );
}
