/** Where the website begins. */

import '@/theme/fonts.css';
import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import { createRoot } from 'react-dom/client';
import { App } from '@/App';

/** Styles are made at run time; the server's policy lets in only those that show its nonce. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
const emotionCache = createCache({ key: 'mboc', nonce });
const root = document.getElementById('root');

if (root !== null) {
  createRoot(root).render(
    <CacheProvider value={emotionCache}>
      <App />
    </CacheProvider>,
  );
}
