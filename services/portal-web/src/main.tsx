/** The entry point of the website. */

import '@/theme/fonts.css';
import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import { createRoot } from 'react-dom/client';
import { watchActivity } from '@/api/activity';
import { App } from '@/App';

/**
 * Emotion inserts styles at run time. The server's content security policy accepts only styles with
 * its nonce.
 */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
const emotionCache = createCache({ key: 'mboc', nonce });
const root = document.getElementById('root');

if (root !== null) {
  watchActivity();
  createRoot(root).render(
    <CacheProvider value={emotionCache}>
      <App />
    </CacheProvider>,
  );
}
