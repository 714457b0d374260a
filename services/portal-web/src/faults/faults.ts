/** What a code can come from: written from the dispatcher's catalogue by `make docs`. */

import catalogue from '@/faults/catalogue.json';

export interface Fault {
  say: string;
  retried: boolean;
  unknown: boolean;
}

const FAULTS: Partial<Record<string, Fault[]>> = catalogue;

/** What may lie behind a code, without the particulars that only a delivery has. */
export function knownFaults(code: string): Fault[] {
  return (FAULTS[code] ?? []).map((fault) => ({ ...fault, say: withoutPlaceholders(fault.say) }));
}

function withoutPlaceholders(say: string): string {
  return say
    .replace(/^Status code: \{status\}[.,] ?/, '')
    .replace(/ ?'\{connector\}'/g, '')
    .replace('{host}', 'the host')
    .replace(/within \{seconds\} s/, 'in time')
    .replace(/^./, (letter) => letter.toUpperCase());
}
