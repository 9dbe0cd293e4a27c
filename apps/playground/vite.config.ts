import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// The lab's page: src/lab/web, served by src/lab/server.ts out of dist/lab-page.
export default defineConfig({
  root: fileURLToPath(new URL('src/lab/web', import.meta.url)),
  logLevel: 'warn',
  build: {
    outDir: fileURLToPath(new URL('dist/lab-page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // Fonts stay files of their own: they are loaded ahead, and the policy allows no others.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
