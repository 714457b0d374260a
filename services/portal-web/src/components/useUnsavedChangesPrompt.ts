/** A question before the user leaves a page with unsaved changes, by a link or by closing it. */

import { useCallback, useEffect } from 'react';
import { useBeforeUnload, useBlocker } from 'react-router-dom';
import { useText } from '@/texts/texts';

export function useUnsavedChangesPrompt(hasUnsavedChanges: boolean): void {
  const text = useText();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      hasUnsavedChanges && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    if (window.confirm(text('list.unsavedChanges'))) blocker.proceed();
    else blocker.reset();
  }, [blocker, text]);
  useBeforeUnload(
    useCallback(
      (event: BeforeUnloadEvent) => {
        if (hasUnsavedChanges) event.preventDefault();
      },
      [hasUnsavedChanges],
    ),
  );
}
