import { defineConfig } from 'vite';

/** Where a house runs while the page is developed (`npx vite`). */
const HOUSE = process.env.EFFIGY_HOUSE ?? 'http://localhost:8080';

export default defineConfig({
  root: 'client',
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2022',
    // A strict content security policy allows no `data:` fonts or scripts; small files stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/api': HOUSE,
      '/socket.io': { target: HOUSE, ws: true },
    },
  },
});
