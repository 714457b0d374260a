import js from '@eslint/js';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** The folders of src, lowest first. A folder imports only from the lines above its own. */
const FOLDERS = [
  ['api', 'texts', 'theme', 'faults'],
  ['account'],
  ['components', 'charts'],
  ['credentials'],
  ['list'],
  ['live'],
  ['shell', 'views'],
];
/** The same for the folders of src/views. */
const VIEWS = [
  ['audit', 'connectors', 'operations', 'status', 'users'],
  ['transactions'],
  ['appointments', 'errors', 'home', 'logs', 'profile'],
];

/** Forbid each folder the folders beside it and below it in the list. */
function layers(root, lines) {
  return lines.flatMap((line, level) =>
    line.map((folder) => ({
      target: `${root}/${folder}`,
      from: lines
        .slice(level)
        .flat()
        .filter((other) => other !== folder)
        .map((other) => `${root}/${other}`),
      message: 'The layers of eslint.config.js do not allow this import.',
    })),
  );
}

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.d.ts'] },
  js.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { 'react-hooks': reactHooks, 'jsx-a11y': jsxA11y, 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createNodeResolver({
          extensions: ['.ts', '.tsx', '.d.ts', '.json'],
          tsconfig: { configFile: `${import.meta.dirname}/tsconfig.json` },
        }),
      ],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
    },
    rules: {
      ...reactHooks.configs.recommended.rules,
      ...jsxA11y.configs.recommended.rules,
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: import.meta.dirname,
          zones: [...layers('./src', FOLDERS), ...layers('./src/views', VIEWS)],
        },
      ],
      // templates exist to put numbers into texts
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // a short arrow may return the void of a setter
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // a dialog or form that opens takes the focus
      'jsx-a11y/no-autofocus': 'off',
      // the caller of a request names the type of the response
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // an empty text counts as missing
      '@typescript-eslint/prefer-nullish-coalescing': [
        'error',
        { ignorePrimitives: { string: true } },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { ignoreRestSiblings: true, argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      complexity: ['error', 12],
      'max-lines': ['error', 250],
      'max-params': ['error', 5],
    },
  },
  { files: ['*.js', '*.mjs', 'build/*.mjs'], languageOptions: { globals: globals.node } },
);
