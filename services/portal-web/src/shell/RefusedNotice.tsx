/** A notification for a refused verification with OpenID Connect, which returns to its page. */

import { useEffect } from 'react';
import { useNotify } from 'react-admin';
import { useLocation, useNavigate } from 'react-router-dom';
import { refusalOf, refusalText, withoutRefusal } from '@/account/signInOptions';
import { useText } from '@/texts/texts';

export function RefusedNotice() {
  const text = useText();
  const notify = useNotify();
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  const refusal = refusalOf(search);
  useEffect(() => {
    if (refusal === null) return;
    notify(text(refusalText(refusal)), { type: 'error' });
    void navigate({ pathname, search: withoutRefusal(search) }, { replace: true });
  }, [navigate, notify, pathname, refusal, search, text]);
  return null;
}
