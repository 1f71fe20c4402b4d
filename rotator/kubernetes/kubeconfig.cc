#include "rotator/kubernetes/kubeconfig.h"
