import { NO_SUBLEAF, word, type FeatureWord } from '../cpu/feature-words.ts';

/**
 * The processor features that Xen 4.17 knows, from xen/include/public/arch-x86/cpufeatureset.h; tools/abi compares the
 * two. Of leaf 0x80000001 edx it leaves out what leaf 1 says already.
 */
export const CPU_FEATURES_4_17: readonly FeatureWord[] = [
  word(
    0,
    [0x1, NO_SUBLEAF, 'd'],
    'fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 - clflush - ds ' +
      'acpi mmx fxsr sse sse2 ss htt tm1 - pbe',
  ),
  word(
    1,
    [0x1, NO_SUBLEAF, 'c'],
    'sse3 pclmulqdq dtes64 monitor dscpl vmx smx eist tm2 ssse3 - - fma cx16 xtpr pdcm - pcid dca ' +
      'sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline aesni xsave osxsave avx f16c rdrand ' +
      'hypervisor',
  ),
  word(
    2,
    [0x8000_0001, NO_SUBLEAF, 'd'],
    '- - - - - - - - - - - syscall - - - - - - - - nx - mmxext - - ffxsr page1gb rdtscp - lm ' +
      '3dnowext 3dnow',
  ),
  word(
    3,
    [0x8000_0001, NO_SUBLEAF, 'c'],
    'lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop ' +
      'skinit wdt - lwp fma4 - - nodeid_msr - tbm topoext - - - dbext - - monitorx',
  ),
  word(4, [0xd, 1, 'a'], 'xsaveopt xsavec xgetbv1 xsaves'),
  word(
    5,
    [0x7, 0, 'b'],
    'fsgsbase tsc_adjust sgx bmi1 hle avx2 fdp_excp_only smep bmi2 erms invpcid rtm pqm ' +
      'no_fpu_sel mpx pqe avx512f avx512dq rdseed adx smap avx512_ifma - clflushopt clwb proc_trace ' +
      'avx512pf avx512er avx512cd sha avx512bw avx512vl',
  ),
  word(
    6,
    [0x7, 0, 'c'],
    'prefetchwt1 avx512_vbmi umip pku ospke - avx512_vbmi2 cet_ss gfni vaes vpclmulqdq ' +
      'avx512_vnni avx512_bitalg - avx512_vpopcntdq - - - - - - - rdpid - - cldemote - movdiri ' +
      'movdir64b enqcmd',
  ),
  word(7, [0x8000_0007, NO_SUBLEAF, 'd'], '- - - - - - - hw_pstate itsc cpb efro'),
  word(
    8,
    [0x8000_0008, NO_SUBLEAF, 'b'],
    'clzero - rstr_fp_err_ptrs - - - - - - wbnoinvd - - ibpb - ibrs amd_stibp ibrs_always ' +
      'stibp_always ibrs_fast ibrs_same_mode no_lmsl - - amd_ppin amd_ssbd virt_ssbd ssb_no - psfd ' +
      'btc_no ibpb_ret',
  ),
  word(
    9,
    [0x7, 0, 'd'],
    '- - avx512_4vnniw avx512_4fmaps fsrm - - - avx512_vp2intersect srbds_ctrl md_clear ' +
      'rtm_always_abort - tsx_force_abort serialize hybrid tsxldtrk - - - cet_ibt - - avx512_fp16 - ' +
      '- ibrsb stibp l1d_flush arch_caps core_caps ssbd',
  ),
  word(10, [0x7, 1, 'a'], '- - - - avx_vnni avx512_bf16 - - - - fzrm fsrs fsrcs'),
  word(
    11,
    [0x8000_0021, NO_SUBLEAF, 'a'],
    '- - lfence_dispatch - - verw_clear nscb - auto_ibrs - - - - - - - - - - - - - - - - - - sbpb ' +
      'ibpb_brtype srso_no srso_us_no srso_msr_fix',
  ),
  word(12, [0x7, 1, 'b'], 'intel_ppin'),
  word(13, [0x7, 2, 'd'], 'intel_psfd ipred_ctrl rrsba_ctrl - bhi_ctrl mcdt_no'),
  word(15, [0x7, 1, 'd'], '- - - - - - - - - - - - - - - - - - cet_sss'),
];
