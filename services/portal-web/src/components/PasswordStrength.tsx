/** A meter of the strength of a new password (OWASP ASVS 4.0.3, 2.1.8). The server decides. */

import Box from '@mui/material/Box';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useText } from '@/texts/texts';

const MIN_LENGTH = 12;
const MAX_SCORE = 4;
const COLORS = ['error', 'error', 'warning', 'success', 'success'] as const;
const STRENGTHS = ['veryWeak', 'weak', 'fair', 'strong', 'veryStrong'] as const;

export function PasswordStrength({ password }: { password: string }) {
  const text = useText();
  // Nothing is fetched by the query but the chunk with the dictionaries.
  const { data: passwordScore } = useQuery({
    queryKey: ['password score'],
    queryFn: async () => (await import('@/components/passwordScore')).passwordScore,
    staleTime: Infinity,
    retry: false,
  });
  if (passwordScore === undefined || password === '') return null;
  const isShort = Array.from(password.normalize('NFKC')).length < MIN_LENGTH;
  const score = isShort ? 0 : passwordScore(password);
  const strength = text(`strength.${isShort ? 'short' : (STRENGTHS[score] ?? 'veryWeak')}`);
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: '8rem 1fr', gap: 1.5, alignItems: 'center' }}>
      <LinearProgress
        variant="determinate"
        role="meter"
        aria-label={text('strength.label')}
        aria-valuemin={0}
        aria-valuemax={MAX_SCORE}
        aria-valuenow={score}
        aria-valuetext={strength}
        value={((score + 1) / (MAX_SCORE + 1)) * 100}
        color={COLORS[score]}
      />
      <Typography variant="caption" role="status">
        {strength}
      </Typography>
    </Box>
  );
}
