import { defineConfig } from 'vite';

export default defineConfig({
  // Where package access serves these files.
  base: '/access/',
  build: {
    outDir: 'build',
    // Fonts and icons stay files: the Content-Security-Policy of the page has no data URIs.
    assetsInlineLimit: 0,
    license: { fileName: 'licenses.md' },
    modulePreload: { polyfill: false },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
