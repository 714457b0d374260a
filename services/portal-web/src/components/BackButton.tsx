/** A button back to the previous list, with its criteria and page. */

import ArrowBack from '@mui/icons-material/ArrowBackOutlined';
import Button from '@mui/material/Button';
import { useNavigate } from 'react-router-dom';
import { useText } from '@/texts/texts';

export function BackButton({ to, list }: { to: string; list: string }) {
  const text = useText();
  const navigate = useNavigate();
  const hasHistory = (window.history.state as { idx?: number } | null)?.idx;
  return (
    <Button
      size="small"
      color="inherit"
      startIcon={<ArrowBack />}
      onClick={() => void (hasHistory ? navigate(-1) : navigate(to))}
      sx={{ ml: -1, mb: 0.5, color: 'text.secondary' }}
    >
      {text('details.back', { list })}
    </Button>
  );
}
