/** How the global set-up tells the test files which lab is theirs: the only way jest has is the environment. */
export const labName = 'VM_TOOLS_TEST_LAB';
/** Set instead when there can be no lab here. */
export const skipReason = 'VM_TOOLS_TEST_LAB_SKIPPED';
/** The file in which each pass writes down how many tests it has run, and which of them twice. */
export const tallyFile = 'VM_TOOLS_TEST_TALLY';
/** Set in the pass of the tests that need both hosts; jest.lab.config.mjs reads it. */
export const pairPass = 'VM_TOOLS_TEST_PAIR';
