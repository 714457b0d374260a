/**
 * The stored secrets that must be entered again, because the form would send them to another
 * server. The API has the same rule, and its answer decides (docs/adr/0024).
 */

import type { Connector } from '@/api/types';
import type { FormValues, SecretName } from '@/views/connectors/formValues';

export type DestinationPart = 'address' | 'token_endpoint' | 'authority' | 'scheme';
type Destination = Partial<Record<DestinationPart, string>>;
type Settings = Pick<Connector, 'uri' | 'system' | 'ca_certificate'> & {
  authentication: Pick<Connector['authentication'], 'type'> &
    Partial<Record<'login' | 'tenant_id' | 'token_url', string | null>>;
};

/** Return the changed parts of the destination, for each stored secret that must be entered again. */
export function secretsToEnterAgain(
  connector: Connector,
  values: Pick<FormValues, 'uri' | 'system' | 'ca_certificate' | 'authentication'>,
): Partial<Record<SecretName, DestinationPart[]>> {
  const isEntered: Partial<Record<SecretName, boolean>> = {
    uri_query: values.uri.includes('?'),
    token_query: values.authentication.token_url.includes('?'),
  };
  const entries = (connector.secrets as SecretName[])
    .filter((name) => !isEntered[name])
    .map((name) => [name, changedParts(name, connector, values)] as const)
    .filter(([, parts]) => parts.length > 0);
  return Object.fromEntries(entries);
}

function changedParts(name: SecretName, before: Settings, after: Settings): DestinationPart[] {
  const [from, to] = [destinationOf(name, before), destinationOf(name, after)];
  if (!from || !to) return [];
  return (Object.keys(to) as DestinationPart[]).filter((part) => from[part] !== to[part]);
}

/** Return where the secret goes, or null while no call uses it. */
function destinationOf(name: SecretName, settings: Settings): Destination | null {
  if (!settings.uri) return null;
  const { authentication } = settings;
  const scheme = schemeOf(authentication.type, authentication.login ?? '');
  const isUsed: Partial<Record<SecretName, boolean>> = {
    password: scheme === 'Basic' || scheme === 'Windows',
    client_secret: scheme === 'OAuth2',
    token_query: scheme === 'OAuth2' && Boolean(authentication.token_url),
    signing_secret: settings.system === 'Webhook',
  };
  if (isUsed[name] === false) return null;
  const token_endpoint = tokenServer(authentication);
  return {
    ...(name === 'token_query' ? {} : { address: originOf(settings.uri) }),
    ...(name === 'client_secret' || name === 'token_query' ? { token_endpoint } : {}),
    ...(name === 'password' ? { scheme } : {}),
    authority: (settings.ca_certificate ?? '').replace(/\s/g, ''),
  };
}

/** Return the way in which the credential travels. */
export function schemeOf(type: string, login: string): 'None' | 'Basic' | 'Windows' | 'OAuth2' {
  if (type === 'Microsoft Entra ID' || type.startsWith('OAuth2')) return 'OAuth2';
  if (type === 'Basic' || login.startsWith('basic=')) return 'Basic';
  return type === 'None' ? 'None' : 'Windows';
}

/** Return scheme, host and port. The origin of a text that is no address is the text itself. */
function originOf(address: string): string {
  try {
    const { protocol, hostname, port } = new URL(address);
    return `${protocol}//${hostname.replace(/\.$/, '')}:${port}`;
  } catch {
    return address.split('?')[0] ?? '';
  }
}

const ENTRA_ID = 'https://login.microsoftonline.com';

function tokenServer({ token_url, tenant_id }: Settings['authentication']): string {
  if (!token_url) return tenant_id ? `${originOf(ENTRA_ID)}/${tenant_id.toLowerCase()}` : '';
  const origin = originOf(token_url);
  if (origin !== originOf(ENTRA_ID)) return origin;
  return `${origin}/${(new URL(token_url).pathname.split('/')[1] ?? '').toLowerCase()}`;
}
