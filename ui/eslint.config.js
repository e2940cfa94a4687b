import js from '@eslint/js'
import hooks from 'eslint-plugin-react-hooks'
import { defineConfig, globalIgnores } from 'eslint/config'
import typescript from 'typescript-eslint'

const names = ['window', 'document', 'localStorage', 'matchMedia', 'console', 'process', 'URL']
const globals = Object.fromEntries(names.map((name) => [name, 'readonly']))

export default defineConfig([
  globalIgnores(['node_modules', 'src/api/schema.ts']),
  js.configs.recommended,
  typescript.configs.strict,
  typescript.configs.stylistic,
  hooks.configs.flat.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 250 }],
      'max-len': ['error', { code: 150, ignoreUrls: true, ignoreStrings: true }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'no-console': 'error',
      eqeqeq: 'error',
      // The server's policy (trusted types) refuses markup made from strings.
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Build elements; the content security policy refuses markup made from strings.' },
        { property: 'outerHTML', message: 'Build elements; the content security policy refuses markup made from strings.' },
        { property: 'insertAdjacentHTML', message: 'Build elements; the content security policy refuses markup made from strings.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]',
          message: 'Build elements; the content security policy refuses markup made from strings.',
        },
      ],
    },
  },
  { files: ['**/*.js'], languageOptions: { globals } },
  {
    files: ['e2e/**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'URL', 'document', 'getSelection', 'navigator', 'performance', 'process', 'setTimeout', 'KeyboardEvent', 'cancelAnimationFrame',
          'requestAnimationFrame',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
])
