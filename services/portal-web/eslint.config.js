import js from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

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
    plugins: { 'react-hooks': reactHooks, 'jsx-a11y': jsxA11y },
    rules: {
      ...reactHooks.configs.recommended.rules,
      ...jsxA11y.configs.recommended.rules,
      // numbers in texts are what templates are for
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // an arrow that calls a setter says what it does
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // focus is moved on purpose: into a dialog or a form that was just opened
      'jsx-a11y/no-autofocus': 'off',
      // an answer's type is named where it is asked for
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // an empty text is as good as none
      '@typescript-eslint/prefer-nullish-coalescing': [
        'error',
        { ignorePrimitives: { string: true } },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { ignoreRestSiblings: true, argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      complexity: ['error', 12],
      'max-lines': ['error', 260],
      'max-params': ['error', 5],
    },
  },
  { files: ['src/texts/*.ts'], rules: { 'max-lines': 'off' } },
  { files: ['*.js', '*.mjs', 'build/*.mjs'], languageOptions: { globals: globals.node } },
);
