#!/bin/sh
# What the kernel calls when it wants a module; the last argument is its name or an alias. The one of busybox takes a module
# that another call is still inserting for one that is there; inserting it again waits until it is.
for name; do :; done
name=$(busybox echo "$name" | busybox tr - _)
modules=$(busybox sed -n "s/^$name //p" /modules/table)
[ -n "$modules" ] || exit 1
for module in $modules; do
    busybox insmod /modules/$module.ko 2>/dev/null
done
exit 0
