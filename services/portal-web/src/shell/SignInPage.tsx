/** The sign-in page. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useEffect, useState } from 'react';
import { useLogin } from 'react-admin';
import { CodeNeededError } from '@/account/session';
import { hasLocalForm, useSignInOptions } from '@/account/signInOptions';
import { ProblemError } from '@/api/problem';
import { Logo } from '@/components/Logo';
import { PasswordField } from '@/components/PasswordField';
import { CodeField } from '@/credentials/CodeField';
import { OidcSignIn } from '@/shell/OidcSignIn';
import { useText, type TextFunction } from '@/texts/texts';

export function SignInPage() {
  const text = useText();
  const login = useLogin();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [message, setMessage] = useState('');
  const [code, setCode] = useState('');
  const [needsCode, setNeedsCode] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [isLocal, setIsLocal] = useState(false);
  const options = useSignInOptions();
  const hasForm = hasLocalForm(options, isLocal);
  useEffect(() => {
    document.title = `${text('signIn.title')} · ${text('app.name')}`;
  }, [text]);
  const submit = async () => {
    setIsBusy(true);
    setMessage('');
    try {
      await login(needsCode ? { code } : { name, password });
    } catch (error) {
      if (error instanceof CodeNeededError) setNeedsCode(true);
      else setMessage(signInError(error, text, needsCode));
      setCode('');
      setIsBusy(false);
    }
  };
  const restart = () => {
    setNeedsCode(false);
    setPassword('');
    setMessage('');
  };
  return (
    <Box
      component="main"
      sx={{
        minHeight: '100vh',
        display: 'grid',
        placeItems: 'center',
        p: 2,
        background: ({ palette }) =>
          [
            `radial-gradient(1100px 520px at 50% -10%, ${palette.tones.busy.fill}, transparent)`,
            palette.background.default,
          ].join(', '),
      }}
    >
      <Card sx={{ width: '100%', maxWidth: 400, p: { xs: 3, sm: 4 } }}>
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5, mb: 2.5 }}>
          <Logo size={36} />
          <Typography
            component="p"
            sx={{ fontWeight: 650, fontSize: '1.05rem', letterSpacing: '-0.01em' }}
          >
            {text('app.name')}
          </Typography>
        </Box>
        <Typography variant="h1" sx={{ mb: 0.5 }}>
          {text('signIn.title')}
        </Typography>
        <Typography variant="body2" color="text.secondary" sx={{ mb: 2.5 }}>
          {needsCode ? text('signIn.codeLead', { name }) : text('signIn.lead')}
        </Typography>
        <OidcSignIn options={options} isLocal={isLocal} onUseLocal={() => setIsLocal(true)} />
        {hasForm ? (
          <Box
            component="form"
            sx={{ display: 'grid', gap: 2 }}
            onSubmit={(event) => {
              event.preventDefault();
              void submit();
            }}
          >
            {message ? <Alert severity="error">{message}</Alert> : null}
            {needsCode ? (
              <CodeField value={code} onChange={setCode} autoFocus />
            ) : (
              <>
                <TextField
                  label={text('signIn.name')}
                  name="name"
                  size="medium"
                  autoFocus
                  autoComplete="username"
                  required
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                  slotProps={{ htmlInput: { autoCapitalize: 'none', spellCheck: false } }}
                />
                <PasswordField
                  label={text('signIn.password')}
                  size="medium"
                  autoComplete="current-password"
                  value={password}
                  onChange={setPassword}
                />
              </>
            )}
            <Button type="submit" variant="contained" size="large" loading={isBusy}>
              {text('signIn.submit')}
            </Button>
            {needsCode ? (
              <Button onClick={restart}>{text('signIn.back')}</Button>
            ) : (
              <Typography variant="caption" color="text.secondary">
                {text('signIn.first')}
              </Typography>
            )}
          </Box>
        ) : null}
      </Card>
    </Box>
  );
}

function signInError(error: unknown, text: TextFunction, isCode: boolean): string {
  if (!(error instanceof ProblemError)) return text('error.bug');
  if (error.status === 0) return text('signIn.unreachable');
  if (error.status === 429) return text('signIn.locked', { seconds: error.retryAfter ?? 60 });
  return error.status === 401 && !isCode ? text('signIn.refused') : error.problem.detail;
}
