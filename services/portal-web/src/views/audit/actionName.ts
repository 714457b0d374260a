/** What the audit's operations are called. */

import type { Text, TextKey } from '@/texts/texts';

/** "change_connector" in words, where the texts have them. */
export function actionName(action: string, text: Text): string {
  const plain = action.replaceAll('_', ' ');
  return text(`audit.actions.${action}` as TextKey, {
    _: plain.charAt(0).toUpperCase() + plain.slice(1),
  });
}
