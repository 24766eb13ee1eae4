// Package mock is who sends: the engine that serves the mock APIs, keeps their
// accounts and subscriptions, turns events into deliveries and deliveries into
// signed HTTP attempts, on a clock of its own. It names no provider: what is
// particular to one is a provider.Provider.
//
// The way of an event: Fire makes it in slices (fire.go), decides who gets it and
// puts a delivery into the queue of each subscription (queue.go). The queue's
// goroutine asks for the plan of faults and the request (prepare), sends it
// (send.go, package sender) and records the attempt, which settles the delivery or puts
// it into the schedule (schedule.go). Events and attempts are entries of the
// journal; a start folds them, from the checkpoint on (recover.go, checkpoint.go).
//
// Who locks what. A lock is taken only while those above it on its line are held
// or free; none is held while something is waited for, but the two that say so.
//
//	Engine.lifeMu ──┐ starting and ending
//	Engine.moving ──┤ the clock, a reset: held while what is on its way ends
//	checkpointMu ───┤ a checkpoint: held while the state is written
//	                └─ service.mu      one provider's World, log and queues, alone
//	                     ├─ Schedule.mu     what falls due
//	                     ├─ onItsWay.mu     what is on its way
//	                     ├─ fault.InForce   rules of PUT /_/faults
//	                     ├─ log.mu          the newest entry, and its order
//	                     ├─ Document.mu     sections to be written; written by a
//	                     │                  goroutine that takes service.mu for each
//	                     └─ Clock.mu        now
//	Sender.mu        free connections; describe.contract.mu  compiled schemas: alone
//
// A provider's functions are called with service.mu held, so they run one at a
// time and must not block; what they panic with is caught (service.safely).
package mock
