/** The ways to sign in, and the reason of a refused sign-in with OpenID Connect. */

import { useEffect, useState } from 'react';
import { api, unwrap } from '@/api/client';
import type { SignInOptions } from '@/api/types';
import { oidc } from '@/texts/en/openIdConnect';
import type { TextKey } from '@/texts/texts';

type Refusal = keyof typeof oidc.refused;

const REFUSED = 'refused';
const LOCAL_ONLY: SignInOptions = { local_accounts: true, oidc: null };

/** Return the ways to sign in, undefined until the server has answered. */
export function useSignInOptions(): SignInOptions | undefined {
  const [options, setOptions] = useState<SignInOptions>();
  useEffect(() => {
    unwrap(api.GET('/api/sign-in-options')).then(setOptions, () => setOptions(LOCAL_ONLY));
  }, []);
  return options;
}

/** Whether the form of local accounts is shown. The provider's button comes first. */
export function hasLocalForm(options: SignInOptions | undefined, isLocal: boolean): boolean {
  return options !== undefined && options.local_accounts && (isLocal || options.oidc === null);
}

/** The address at which the server sends the browser to the provider. */
export function oidcAddress(returnTo: string, purpose: 'sign-in' | 'verify' = 'sign-in'): string {
  return `/api/session/oidc?${new URLSearchParams({ purpose, return_to: returnTo }).toString()}`;
}

export function refusalOf(search: string): Refusal | null {
  const reason = new URLSearchParams(search).get(REFUSED);
  if (reason === null) return null;
  return Object.hasOwn(oidc.refused, reason) ? (reason as Refusal) : 'provider';
}

/** The text for a reason. The address has the reason only, so nobody can write a text into it. */
export function refusalText(refusal: Refusal): TextKey {
  return `oidc.refused.${refusal}`;
}

export function withoutRefusal(search: string): string {
  const query = new URLSearchParams(search);
  query.delete(REFUSED);
  return query.toString();
}
