import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** The server replaces this word with a new nonce in every response. */
const NONCE = 'CSP_NONCE';
const PORTAL_API = 'http://127.0.0.1:8600';

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  html: { cspNonce: NONCE },
  build: {
    target: 'es2022',
    manifest: true,
    // fonts and images as data: URLs would need a wider policy than 'self'
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Swagger UI is one file
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { input: ['index.html', 'api-docs.html'] },
  },
  test: { include: ['src/**/*.test.ts'] },
  server: {
    port: 8620,
    // the portal refuses changes that come from another origin than its own
    proxy: { '/api': { target: PORTAL_API, changeOrigin: true, headers: { origin: PORTAL_API } } },
  },
});
