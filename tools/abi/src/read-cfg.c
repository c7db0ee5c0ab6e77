/* Reads files by the library that xl reads them with, and prints what it finds, each piece with a NUL behind it. */
#include <libxl.h>
#include <libxlutil.h>
#include <stdio.h>
#include <string.h>

static void piece(char kind, const char *text) { printf("%c%s%c", kind, text ? text : "", 0); }

static void disk(XLU_Config *cfg, const char *spec) {
  libxl_device_disk found;
  libxl_device_disk_init(&found);
  piece('D', xlu_disk_parse(cfg, 1, &spec, &found) ? "refused" : "");
  piece('I', found.pdev_path);
  piece('I', found.vdev);
  piece('I', found.script);
  piece('I', found.backend_domname);
  piece('I', found.readwrite ? "rw" : "ro");
}

int main(int argc, char **argv) {
  static const char *keys[] = {"name", "uuid", "type", "kernel", "ramdisk", "cmdline", "bootloader", "bootloader_args",
                               "memory", "vcpus", "disk", "vif", "vfb", "channel", "p9", NULL};
  for (int file = 1; file < argc; file++) {
    XLU_Config *cfg = xlu_cfg_init(stderr, argv[file]);
    piece('F', xlu_cfg_readfile(cfg, argv[file]) ? "refused" : "");
    for (const char **key = keys; *key; key++) {
      const char *value;
      XLU_ConfigList *list;
      int count = 0;
      if (xlu_cfg_get_list(cfg, *key, &list, &count, 1) == 0) {
        piece('L', *key);
        for (int item = 0; item < count; item++) piece('I', xlu_cfg_get_listitem(list, item));
        for (int item = 0; item < count && strcmp(*key, "disk") == 0; item++)
          disk(cfg, xlu_cfg_get_listitem(list, item));
      } else if (xlu_cfg_get_string(cfg, *key, &value, 1) == 0) {
        piece('S', *key);
        piece('I', value);
      }
    }
    xlu_cfg_destroy(cfg);
  }
  return 0;
}
