#!/bin/sh
# The first process of the box's dom0.
# SPDX-License-Identifier: BSD-2-Clause
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=linux
export PYTHONPATH=/usr/lib/touchstone

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts
mount -t devpts -o ptmxmode=0666 pts /dev/pts
mount -t tmpfs run /run
mkdir -p /run/xen /run/xenstored /run/lock /var/log/xen/console
ln -sf /proc/self/fd /dev/fd

while read -r module; do
    insmod "$module" || echo "box: no $module"
done < /lib/modules/order
mount -t xenfs xenfs /proc/xen

tools=$(echo /usr/lib/xen-4*/bin)
"$tools/xenstored" --pid-file /run/xenstored.pid
"$tools/xen-init-dom0"
"$tools/xenconsoled" --log=none

# A tree of the host's, for those who look around.
mkdir -p /mnt
mount -t 9p -o trans=virtio,version=9p2000.L,msize=131072 tree /mnt \
    2> /dev/null

case " $(cat /proc/cmdline) " in
*" box=shell "*)
    cd /mnt
    setsid sh -c 'exec sh -l < /dev/hvc0 > /dev/hvc0 2>&1' ;;
*)
    python3 -m touchstone.box.agent || echo "box: the agent ended with $?" ;;
esac
poweroff -f
