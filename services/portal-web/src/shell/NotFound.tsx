/** The page for unknown addresses. */

import Button from '@mui/material/Button';
import { Link } from 'react-router-dom';
import { EmptyState } from '@/components/EmptyState';
import { PageHeader } from '@/components/PageHeader';
import { useText } from '@/texts/texts';

export function NotFound() {
  const text = useText();
  return (
    <>
      <PageHeader title={text('notFound.title')} />
      <EmptyState title={text('notFound.lead')}>
        <Button component={Link} to="/" variant="outlined">
          {text('error.home')}
        </Button>
      </EmptyState>
    </>
  );
}
