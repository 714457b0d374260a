/** The user's own password. */

import { Panel } from '@/components/Panel';
import { PasswordForm } from '@/credentials/PasswordForm';
import { useText } from '@/texts/texts';

export function PasswordPanel() {
  const text = useText();
  return (
    <Panel title={text('profile.password')}>
      <PasswordForm />
    </Panel>
  );
}
