/** The names of the audit's actions. */

import type { TextFunction, TextKey } from '@/texts/texts';

/** Return the text of an action. Without a text, `change_connector` becomes "Change connector". */
export function actionName(action: string, text: TextFunction): string {
  const plain = action.replaceAll('_', ' ');
  return text(`audit.actions.${action}` as TextKey, {
    _: plain.charAt(0).toUpperCase() + plain.slice(1),
  });
}
