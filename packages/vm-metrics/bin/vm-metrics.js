#!/usr/bin/env node
import '@vm-tools/cli/require-node';
await import('../src/main.ts');
