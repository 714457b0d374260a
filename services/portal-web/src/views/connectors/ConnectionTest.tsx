/** A connection test with the result of each step. It sends no appointment. */

import Check from '@mui/icons-material/CheckCircleOutlined';
import Fail from '@mui/icons-material/CancelOutlined';
import Test from '@mui/icons-material/NetworkCheckOutlined';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import { useHasRole } from '@/account/useHasRole';
import { api, unwrap } from '@/api/client';
import type { ConnectionTestResult } from '@/api/types';
import { errorMessage } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';

export type ConnectionTestMutation = UseMutationResult<ConnectionTestResult, unknown, void>;

export function useConnectionTest(connectorId: string): ConnectionTestMutation {
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/connectors/{connector_id}/test', {
          params: { path: { connector_id: connectorId } },
        }),
      ),
  });
}

/** The button of the test between other buttons, and the result below them. */
export function ConnectionTest({
  connectionTest,
  children,
}: {
  connectionTest: ConnectionTestMutation;
  children?: ReactNode;
}) {
  const isOperator = useHasRole('operator');
  return (
    <>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
        {isOperator ? <TestButton connectionTest={connectionTest} /> : null}
        {children}
      </Box>
      <TestResult connectionTest={connectionTest} />
    </>
  );
}

function TestButton({ connectionTest }: { connectionTest: ConnectionTestMutation }) {
  const text = useText();
  return (
    <Button
      variant="outlined"
      startIcon={<Test />}
      loading={connectionTest.isPending}
      loadingPosition="start"
      onClick={() => connectionTest.mutate()}
    >
      {text('details.test')}
    </Button>
  );
}

function TestResult({ connectionTest }: { connectionTest: ConnectionTestMutation }) {
  const text = useText();
  if (connectionTest.isError)
    return <Alert severity="error">{errorMessage(connectionTest.error, text)}</Alert>;
  if (!connectionTest.data) return null;
  const { passed, steps } = connectionTest.data;
  return (
    <Box
      role="status"
      sx={(theme) => ({
        borderRadius: 2,
        border: 1,
        borderColor: theme.palette.tones[passed ? 'good' : 'bad'].line,
        px: 1.5,
        py: 1,
      })}
    >
      <Typography variant="h3" component="p">
        {text(passed ? 'details.testPassed' : 'details.testFailed')}
      </Typography>
      <Box
        component="ol"
        sx={{ listStyle: 'none', m: 0, p: 0, mt: 0.75, display: 'grid', gap: 0.5 }}
      >
        {steps.map((step) => (
          <Box
            component="li"
            key={step.name}
            sx={{ display: 'flex', gap: 1, alignItems: 'flex-start' }}
          >
            <Box
              sx={(theme) => ({
                color: theme.palette.tones[step.passed ? 'good' : 'bad'].text,
                display: 'flex',
                pt: 0.15,
              })}
            >
              {step.passed ? <Check fontSize="small" /> : <Fail fontSize="small" />}
            </Box>
            <Typography variant="body2" sx={{ overflowWrap: 'anywhere', minWidth: 0 }}>
              <strong>{text(`details.step.${step.name as 'address'}`)}</strong> {step.sentence}
            </Typography>
          </Box>
        ))}
      </Box>
    </Box>
  );
}
