// Schema errors in English: the small form of zod comes without any language.
import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';

z.config(en());
