import { defineConfig } from 'vite';

export default defineConfig({
  // Where package graphiql serves these files.
  base: '/graphiql/',
  build: {
    outDir: 'build',
    // Fonts and icons stay files: a data URI would be paid with every style sheet.
    assetsInlineLimit: 0,
    // Monaco is one chunk of 2.8 MB.
    chunkSizeWarningLimit: 3000,
    license: { fileName: 'licenses.md' },
    // Browsers that run Monaco preload modules by themselves.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // "use client" means nothing to a page that no server renders.
      checks: { moduleLevelDirective: false },
      output: {
        // Files that others wrote keep their names, and so their place in the
        // repository, when only this folder's change.
        codeSplitting: {
          groups: [{ name: 'vendor', test: /node_modules\/(?!monaco|prettier)/, tags: ['$initial'] }],
        },
      },
    },
  },
  worker: { format: 'es' },
});
