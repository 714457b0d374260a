/** An error boundary around the page. The menu stays usable if a page fails. */

import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import { Component, type ReactNode } from 'react';
import { useLocation } from 'react-router-dom';
import { useText } from '@/texts/texts';

export function ErrorBoundary({ children }: { children: ReactNode }) {
  const { pathname } = useLocation();
  const text = useText();
  const fallback = (
    <Alert
      severity="error"
      action={
        <Button color="inherit" onClick={() => location.reload()}>
          {text('error.retry')}
        </Button>
      }
    >
      {text('error.bug')}
    </Alert>
  );
  return (
    <Boundary key={pathname} fallback={fallback}>
      {children}
    </Boundary>
  );
}

class Boundary extends Component<
  { children: ReactNode; fallback: ReactNode },
  { failed: boolean }
> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? this.props.fallback : this.props.children;
  }
}
