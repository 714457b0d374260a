/** The answer of the back office to a failed attempt, with secrets masked. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { Timestamp } from '@/components/Timestamp';
import { useText } from '@/texts/texts';
import { prettyBody } from '@/views/transactions/sent/asText';
import { CodeView } from '@/views/transactions/sent/CodeView';
import { CopyButton } from '@/views/transactions/sent/CopyButton';
import { Loaded } from '@/views/transactions/sent/Loaded';
import { useKeptAnswer } from '@/views/transactions/sent/useSent';

export function AnswerTab({ deliveryId, attempt }: { deliveryId: string; attempt: number }) {
  const text = useText();
  return (
    <Loaded query={useKeptAnswer(deliveryId, attempt)} unavailable="sent.unavailable">
      {(answer) => (
        <Box sx={{ display: 'grid', gap: 1, minWidth: 0 }}>
          <Typography variant="body2" color="text.secondary">
            {[`HTTP ${answer.http_status}`, answer.content_type].filter(Boolean).join(', ')}
            {' · '}
            <Timestamp at={answer.at} />
          </Typography>
          {answer.is_whole ? null : <Alert severity="info">{text('sent.cut')}</Alert>}
          <CodeView
            label={text('sent.answer')}
            body={prettyBody(answer.body)}
            actions={
              <CopyButton
                label={text('sent.copyText')}
                what={text('sent.answer')}
                value={answer.body}
              />
            }
          />
        </Box>
      )}
    </Loaded>
  );
}
