/** The button of the OpenID Connect provider, and the reason of a refused sign-in. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import { useLocation } from 'react-router-dom';
import { oidcAddress, refusalOf, refusalText } from '@/account/signInOptions';
import type { SignInOptions } from '@/api/types';
import { useText } from '@/texts/texts';

interface NextPage {
  nextPathname?: string;
  nextSearch?: string;
}

export function OidcSignIn({
  options,
  isLocal,
  onUseLocal,
}: {
  options: SignInOptions | undefined;
  /** Whether the form of local accounts is shown. */
  isLocal: boolean;
  onUseLocal: () => void;
}) {
  const text = useText();
  const { search, state } = useLocation() as { search: string; state: NextPage | null };
  const refusal = refusalOf(search);
  const returnTo = `${state?.nextPathname ?? ''}${state?.nextSearch ?? ''}`;
  if (!options?.oidc) return null;
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      {refusal ? <Alert severity="error">{text(refusalText(refusal))}</Alert> : null}
      <Button variant="contained" size="large" href={oidcAddress(returnTo)}>
        {text('oidc.submit', { label: options.oidc.label })}
      </Button>
      {options.local_accounts ? <LocalAccount isLocal={isLocal} onUseLocal={onUseLocal} /> : null}
    </Box>
  );
}

function LocalAccount({ isLocal, onUseLocal }: { isLocal: boolean; onUseLocal: () => void }) {
  const text = useText();
  return isLocal ? (
    <Divider sx={{ mb: 2 }}>{text('oidc.local')}</Divider>
  ) : (
    <Button onClick={onUseLocal}>{text('oidc.useLocal')}</Button>
  );
}
