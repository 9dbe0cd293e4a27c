/** Programs that are run as they are, beside src/ and dist/ alike. */
export const programs = new URL('../programs/', import.meta.url);
