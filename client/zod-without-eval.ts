import { config } from 'zod';

// Zod compiles its schemas with `new Function` where it may; under a strict content security policy the browser reports
// even the attempt. Imported before anything that makes a schema.
config({ jitless: true });
