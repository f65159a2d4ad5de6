// ESLint 10 reads only flat configuration; this hands it .eslintrc.json, where the rules are.
import { readFileSync } from 'node:fs';
import { FlatCompat } from '@eslint/eslintrc';
import js from '@eslint/js';

const {
  root: _root,
  ignorePatterns = [],
  ...rules
} = JSON.parse(readFileSync(new URL('.eslintrc.json', import.meta.url), 'utf8'));
const compat = new FlatCompat({
  baseDirectory: import.meta.dirname,
  recommendedConfig: js.configs.recommended,
});

export default [{ ignores: ignorePatterns }, ...compat.config(rules)];
