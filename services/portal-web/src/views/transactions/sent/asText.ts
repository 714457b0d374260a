/** Recorded values as texts to read and to copy. */

import type { MappedCall } from '@/api/types';

interface ExactJson {
  rawJSON?: (source: string) => unknown;
}

/**
 * Parse JSON. A number with more digits than JavaScript has keeps its text, so that JSON shows it
 * as it was sent. Older browsers round it.
 */
export function parseExactly(body: string): unknown {
  const { rawJSON } = JSON as ExactJson;
  return JSON.parse(body, (_, value: unknown, context?: { source?: string }) => {
    const source = context?.source;
    const isExact = typeof value !== 'number' || source === undefined || String(value) === source;
    return isExact || !rawJSON ? value : rawJSON(source);
  });
}

/** Return JSON with an indentation. A text stays as it is. */
export function prettyJson(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** Return the body of a call or an answer, with an indentation if it is JSON. */
export function prettyBody(body: string): string {
  const first = body.trimStart()[0];
  if (first !== '{' && first !== '[') return body;
  try {
    const parsed = parseExactly(body);
    // the shown body must be the sent one, and some values change when they are parsed
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
