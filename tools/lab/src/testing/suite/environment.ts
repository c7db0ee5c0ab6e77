/** How the global set-up tells the test files which lab is theirs: the only way jest has is the environment. */
export const labName = 'VM_TOOLS_TEST_LAB';
/** Set instead when there can be no lab here. */
export const skipReason = 'VM_TOOLS_TEST_LAB_SKIPPED';
/** The file in which each pass writes down how many tests it has run, and which of them twice. */
export const tallyFile = 'VM_TOOLS_TEST_TALLY';
/** Set in the pass of the tests that need both hosts; jest.lab.config.mjs reads it. */
export const pairPass = 'VM_TOOLS_TEST_PAIR';
/** Set in the pass of the tests of an upgrade, which need hosts of two releases. */
export const mixedPass = 'VM_TOOLS_TEST_MIXED';
/** The release of Debian of the hosts, or `mixed`: a is of the older one, b of the newer. */
export const releaseName = 'VM_TOOLS_TEST_RELEASE';
export const mixedReleases = 'mixed';
