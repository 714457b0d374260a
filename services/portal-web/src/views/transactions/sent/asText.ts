/** Recorded values as texts to read and to copy. */

import type { MappedCall } from '@/api/types';

/** Return JSON with an indentation. A text stays as it is. */
export function prettyJson(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** Return the body of a call or an answer, with an indentation if it is JSON. */
export function prettyBody(body: string): string {
  const first = body.trimStart()[0];
  if (first !== '{' && first !== '[') return body;
  try {
    const parsed: unknown = JSON.parse(body);
    // a long number changes when it is parsed, and the shown body must be the sent one
    const isExact = withoutSpace(JSON.stringify(parsed)) === withoutSpace(body);
    return isExact ? JSON.stringify(parsed, null, 2) : body;
  } catch {
    return body;
  }
}

function withoutSpace(text: string): string {
  return text.replace(/\s/g, '');
}

/** Return one value of a difference. No value is null, and an empty text is shown as quotes. */
export function differenceValue(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value);
}

/** Return a call as HTTP shows it: the request line, the headers, an empty line and the body. */
export function callAsText({ method, url, headers, body }: MappedCall): string {
  const head = [`${method} ${url}`, ...headers.map(({ name, value }) => `${name}: ${value}`)];
  return body === '' ? head.join('\n') : `${head.join('\n')}\n\n${body}`;
}
