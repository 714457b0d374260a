import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The server writes a fresh nonce over this word in every answer. */
const NONCE = 'CSP_NONCE';

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  html: { cspNonce: NONCE },
  build: {
    target: 'es2022',
    manifest: true,
    // a font or an image as data: would need a wider policy than 'self'
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
  },
  server: { port: 8620, proxy: { '/api': 'http://127.0.0.1:8600' } },
});
