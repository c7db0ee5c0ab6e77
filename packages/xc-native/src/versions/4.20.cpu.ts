import { NO_SUBLEAF, word, type FeatureWord } from '../cpu/feature-words.ts';
import { CPU_FEATURES_4_17 } from './4.17.cpu.ts';

/** The words in which Xen 4.20 knows more features than 4.17 did; the others it has as they were. */
const GROWN: readonly FeatureWord[] = [
  word(
    1,
    [0x1, NO_SUBLEAF, 'c'],
    'sse3 pclmulqdq dtes64 monitor dscpl vmx smx eist tm2 ssse3 - sdbg fma cx16 xtpr pdcm - pcid ' +
      'dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline aesni xsave osxsave avx f16c rdrand ' +
      'hypervisor',
  ),
  word(
    3,
    [0x8000_0001, NO_SUBLEAF, 'c'],
    'lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop ' +
      'skinit wdt - lwp fma4 - - nodeid_msr - tbm topoext - - - dbext - - monitorx addr_msk_ext',
  ),
  word(4, [0xd, 1, 'a'], 'xsaveopt xsavec xgetbv1 xsaves xfd'),
  word(
    6,
    [0x7, 0, 'c'],
    'prefetchwt1 avx512_vbmi umip pku ospke waitpkg avx512_vbmi2 cet_ss gfni vaes vpclmulqdq ' +
      'avx512_vnni avx512_bitalg tme avx512_vpopcntdq - la57 - - - - - rdpid - bld cldemote - ' +
      'movdiri movdir64b enqcmd sgx_lc pks',
  ),
  word(
    9,
    [0x7, 0, 'd'],
    '- sgx_keys avx512_4vnniw avx512_4fmaps fsrm uintr - - avx512_vp2intersect srbds_ctrl ' +
      'md_clear rtm_always_abort - tsx_force_abort serialize hybrid tsxldtrk - pconfig arch_lbr ' +
      'cet_ibt - amx_bf16 avx512_fp16 amx_tile amx_int8 ibrsb stibp l1d_flush arch_caps core_caps ' +
      'ssbd',
  ),
  word(
    10,
    [0x7, 1, 'a'],
    'sha512 sm3 sm4 - avx_vnni avx512_bf16 - cmpccxadd - - fzrm fsrs fsrcs - - - - fred - wrmsrns ' +
      '- amx_fp16 - avx_ifma',
  ),
  word(
    11,
    [0x8000_0021, NO_SUBLEAF, 'a'],
    'no_nest_bp fs_gs_ns lfence_dispatch - - verw_clear nscb - auto_ibrs - amd_fsrs amd_fsrc - - ' +
      '- - - cpuid_user_dis epsf fsrsc amd_prefetchi - - - - - - sbpb ibpb_brtype srso_no ' +
      'srso_us_no srso_msr_fix',
  ),
  word(13, [0x7, 2, 'd'], 'intel_psfd ipred_ctrl rrsba_ctrl ddp_ctrl bhi_ctrl mcdt_no'),
  word(
    15,
    [0x7, 1, 'd'],
    '- - - - avx_vnni_int8 avx_ne_convert - - amx_complex - avx_vnni_int16 - - - prefetchi - - - ' +
      'cet_sss',
  ),
  word(18, [0x8000_0021, NO_SUBLEAF, 'c'], '- tsa_sq_no tsa_l1_no'),
];

/** The processor features that Xen 4.20 knows; tools/abi compares them with its header. */
export const CPU_FEATURES_4_20: readonly FeatureWord[] = [
  ...CPU_FEATURES_4_17.filter(({ word: number }) => !GROWN.some((grown) => grown.word === number)),
  ...GROWN,
].sort((one, other) => one.word - other.word);
