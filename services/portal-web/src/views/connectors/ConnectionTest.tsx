/** Tries a connector without sending an appointment, and shows how far it came. */

import Check from '@mui/icons-material/CheckCircleOutlined';
import Fail from '@mui/icons-material/CancelOutlined';
import Test from '@mui/icons-material/NetworkCheckOutlined';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import { useMay } from '@/account/useHasRole';
import { api, the } from '@/api/client';
import type { Tested } from '@/api/types';
import { sentence } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';

export type Testing = UseMutationResult<Tested, unknown, void>;

export function useTesting(connectorId: string): Testing {
  return useMutation({
    mutationFn: () =>
      the(
        api.POST('/api/connectors/{connector_id}/test', {
          params: { path: { connector_id: connectorId } },
        }),
      ),
  });
}

/** The button among others, and below them what came out. */
export function ConnectionTest({ testing, children }: { testing: Testing; children?: ReactNode }) {
  const isOperator = useMay('operator');
  return (
    <>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
        {isOperator ? <TestButton testing={testing} /> : null}
        {children}
      </Box>
      <TestResult testing={testing} />
    </>
  );
}

function TestButton({ testing }: { testing: Testing }) {
  const text = useText();
  return (
    <Button
      variant="outlined"
      startIcon={<Test />}
      loading={testing.isPending}
      loadingPosition="start"
      onClick={() => testing.mutate()}
    >
      {text('details.test')}
    </Button>
  );
}

function TestResult({ testing }: { testing: Testing }) {
  const text = useText();
  if (testing.isError) return <Alert severity="error">{sentence(testing.error, text)}</Alert>;
  if (!testing.data) return null;
  const { passed, steps } = testing.data;
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
