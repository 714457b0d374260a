/** The known causes of each error code. `make docs` writes them from the dispatcher's catalogue. */

import catalogue from '@/faults/catalogue.json';

export interface Fault {
  say: string;
  retried: boolean;
  unknown: boolean;
}

const FAULTS: Partial<Record<string, Fault[]>> = catalogue;

/** Return the known causes of a code, without the placeholders that only a delivery can fill. */
export function knownFaults(code: string): Fault[] {
  return (FAULTS[code] ?? []).map((fault) => ({ ...fault, say: withoutPlaceholders(fault.say) }));
}

function withoutPlaceholders(say: string): string {
  return say
    .replace(/^Status code: \{status\}[.,] ?/, '')
    .replace(/connector '\{connector\}'/g, 'the connector')
    .replace(/(token endpoint),? \{host\},?/, '$1')
    .replace('{host}', 'the host')
    .replace('The field {field}', 'A field')
    .replace('The {field} of', 'A secret of')
    .replace(': {reason}', '')
    .replace(/within \{seconds\} s/, 'in time')
    .replace(/^./, (letter) => letter.toUpperCase());
}
