// Exec: runs a command in a container over a WebSocket, in the frames of v5.channel.k8s.io: each
// message is a channel byte and its payload; 1 stdout, 2 stderr, 3 the Status that ends it
// (k8s.io/apimachinery/pkg/util/remotecommand). Or over SPDY/3.1 and v4.channel.k8s.io, as kubectl
// asks up to 1.29: the same pieces, which the wire carries on the client's streams.
#pragma once

#include "mocks/kubernetes/api/api_call.h"
#include "mocks/kubernetes/api/exec_fault.h"
#include "mocks/kubernetes/node/kubelet.h"

namespace mocks::kubernetes {

// Bounds.
inline constexpr std::size_t max_arguments = 256;
inline constexpr std::size_t exec_piece = std::size_t{32} << 10;  // bytes of one message

Outcome<Answer> run_exec(const ApiCall& call, Registry& registry, Kubelet& kubelet,
                         ExecFault fault);

}  // namespace mocks::kubernetes
