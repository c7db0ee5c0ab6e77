/** The guest of the pool. */
export const GUEST = { name: 'web1', uuid: '7a1f0000-0000-4000-8000-0000000000a9' } as const;

/** xl.cfg of it; the kernel lies at the same path on all nodes. */
export const CONFIG = `name = "${GUEST.name}"
uuid = "${GUEST.uuid}"
type = "pvh"
kernel = "/run/sim/kernel"
memory = 4
cmdline = "sim.tick=200ms sim.suspend=polite"
`;

/** What the pool is told before its first start: a fence device, and the guest by our agent. */
export function cib({ config, nodes }: { readonly config: string; readonly nodes: number }): string {
  const names = Array.from({ length: nodes }, (_, index) => `n${index + 1}`).join(' ');
  return `<cib crm_feature_set="3.0.14" validate-with="pacemaker-3.0" epoch="1" num_updates="0" admin_epoch="0">
<configuration>
<crm_config><cluster_property_set id="options">
${[
  pair('dc-deadtime', '3s'), // else the first election waits for 20 s
  pair('stonith-enabled', 'true'),
  pair('stonith-timeout', '30s'),
  pair('priority-fencing-delay', '5s'), // of two that cannot see each other the one with the guest lives
].join('\n')}
</cluster_property_set></crm_config>
<nodes/>
<resources>
<primitive id="fence" class="stonith" type="fence_pool"><instance_attributes id="fence-attributes">
${pair('pcmk_host_list', names)}
${pair('pcmk_host_check', 'static-list')}
</instance_attributes></primitive>
<primitive id="${GUEST.name}" class="ocf" provider="vm-tools" type="domain">
<instance_attributes id="guest-attributes">
${pair('config', config)}
${pair('uuid', GUEST.uuid)}
${pair('confirm_timeout', '10')}
</instance_attributes>
<meta_attributes id="guest-meta">
${pair('allow-migrate', 'true')}
${pair('resource-stickiness', '100')}
${pair('priority', '1')}
</meta_attributes>
<operations>
<op id="start" name="start" interval="0" timeout="90s"/>
<op id="stop" name="stop" interval="0" timeout="150s"/>
<op id="monitor" name="monitor" interval="10s" timeout="60s"/>
<op id="migrate_to" name="migrate_to" interval="0" timeout="300s" on-fail="block"/>
<op id="migrate_from" name="migrate_from" interval="0" timeout="60s"/>
</operations>
</primitive>
</resources>
<constraints/>
</configuration>
<status/>
</cib>
`;
}

function pair(name: string, value: string): string {
  return `<nvpair id="${name}" name="${name}" value="${value}"/>`;
}
