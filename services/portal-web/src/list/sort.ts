/** The sort order of a list, as the API writes it: `subject` ascending, `-subject` descending. */

export function sortField(sort: string): string {
  return sort.replace(/^-/, '');
}

export function isDescending(sort: string): boolean {
  return sort.startsWith('-');
}

/**
 * Return the order after a click on a column header. The first click sorts moments from the newest
 * down and everything else from the lowest up. A second click reverses the order.
 */
export function nextSort(sort: string, field: string): string {
  if (sort === field) return `-${field}`;
  if (sort === `-${field}`) return field;
  return field === 'at' || field.endsWith('_at') ? `-${field}` : field;
}
