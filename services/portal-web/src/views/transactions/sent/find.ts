/** The search in a shown text. */

export interface Segment {
  text: string;
  /** The place of the match, or null between matches. */
  match: number | null;
}

/** More marks than these make the page slow. */
export const MAX_MATCHES = 500;

/** Return the text in segments, with each match of the word a segment of its own. */
export function segmentsOf(text: string, word: string): Segment[] {
  const wanted = word.toLowerCase();
  const searched = text.toLowerCase();
  // a letter whose small form is longer moves all later places
  if (wanted === '' || searched.length !== text.length) return [{ text, match: null }];
  const segments: Segment[] = [];
  let from = 0;
  for (let match = 0; match < MAX_MATCHES; match += 1) {
    const at = searched.indexOf(wanted, from);
    if (at < 0) break;
    segments.push({ text: text.slice(from, at), match: null });
    segments.push({ text: text.slice(at, at + wanted.length), match });
    from = at + wanted.length;
  }
  segments.push({ text: text.slice(from), match: null });
  return segments.filter((segment) => segment.text !== '');
}
